"""What people and the clock do here, one function each: load, ask the domain, store, tell. Sets of any size at once.

Each answers with an ``Outcome`` that names what was refused; whoever opened the transaction decides what that means.
"""
