"""The certificate on paper: a PDF/A-4f that a person prints, with the signed credential inside for software.

``content`` says what stands on it, ``typeset`` sets it (typst), ``keys`` keeps the document signer and its small
certificate authority, ``seal`` signs (PAdES, certified, no changes allowed). typst, pyHanko and segno are imported in
worker processes only.
"""
