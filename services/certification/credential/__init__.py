"""The certificate as an Open Badges 3.0 credential (W3C Verifiable Credentials 2.0) with a Data Integrity proof.

``document`` says what stands in it, ``rdf`` and ``proof`` sign and check it, ``keys`` keeps the issuing keys, ``did``
publishes them, ``status_list`` says what was withdrawn. PyLD and cryptography are imported when they are first needed.
"""
