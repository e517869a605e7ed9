"""Certification, "the mark": it decides by a scheme's rules who has earned a certificate, and answers for it in public.

It owns the schemes and their versions, the candidates, exam results, decisions, certificates, their numbers and the
register. It tells that a scheme version was published, that a result was recorded, that an exam was passed or failed,
that a candidate is eligible or not yet, that a decision was taken and that a certificate was issued; the check code of
a certificate leads to a name and so travels on the private exchange only. It listens to enrolments (a candidate), to
details of trainees (the holder's name) and to its own passed and failed exams, each of which may complete or open a
dossier. It knows nothing of daily training and tells nobody by mail. A mark is data: no code here names one.
"""
