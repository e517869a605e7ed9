"""Mentors: named, willing, approved, and their courses."""

from datetime import date

from ..base import Event


class MentorNominated(Event, type="enrollment.mentor-nominated.v1", subject="mentor/{mentor_id}"):
    """A company named somebody to guide trainees, who is asked whether they want to."""

    mentor_id: str
    company_id: str
    nominated_on: date


class MentorAccepted(Event, type="enrollment.mentor-accepted.v1", subject="mentor/{mentor_id}"):
    """A nominated mentor said yes. The office still has to approve."""

    mentor_id: str
    company_id: str
    accepted_on: date


class MentorDeclined(Event, type="enrollment.mentor-declined.v1", subject="mentor/{mentor_id}"):
    """A mentor said no, at once or later. ``another_by``: until when the company has to name another, if it must.

    The reason stays with enrollment.
    """

    mentor_id: str
    company_id: str
    declined_on: date
    another_by: date | None = None


class MentorApproved(Event, type="enrollment.mentor-approved.v1", subject="mentor/{mentor_id}"):
    """The office approved a willing mentor: trainees may be given to them."""

    mentor_id: str
    company_id: str
    approved_on: date
    course_valid_until: date | None = None


class MentorCourseEnding(Event, type="enrollment.mentor-course-ending.v1", subject="mentor/{mentor_id}"):
    """A mentor's course will end soon. Told once for each last day."""

    mentor_id: str
    company_id: str
    course_valid_until: date


class MentorLapsed(Event, type="enrollment.mentor-lapsed.v1", subject="mentor/{mentor_id}"):
    """A mentor's course was not renewed in time. ``another_by``: until when the company has to name another."""

    mentor_id: str
    company_id: str
    lapsed_on: date
    another_by: date | None = None
