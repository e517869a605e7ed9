"""Enrollment: the training.

It owns people, companies and their equipment, mentors, schools, instructors, enrolments and placements, the logbook,
visits, complaints about the training, and the accounts that people sign in with.

It tells company-registered, company-equipment-changed, trainee-enrolled, placement-started, visit-planned, visit-due,
visit-overdue, visit-completed and complaint-received; on the private exchange who somebody is and where to reach them.

It listens to scheme-version-published (its own copy of cadences, norms and programmes), to exams and certificates and
to mails that were sent (the timeline in a trainee's file). How a certificate is decided, it does not know.
"""
