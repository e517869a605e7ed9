"""What certification tells, by what it is about. No names: the check code alone is private."""

from .appeals import AppealDecided, AppealLodged, AppealOverdue, RefusalAppealDecided, RefusalAppealLodged
from .certificates import (
    CertificateCheckCodeMade,
    CertificateCorrected,
    CertificateExpired,
    CertificateExpiring,
    CertificateIssued,
    CertificateReinstated,
    CertificateReissued,
    CertificateScopeReduced,
    CertificateSuspended,
    CertificateSuspensionEnding,
    CertificateWithdrawn,
    RecertificationCompleted,
    RecertificationWindowOpened,
)
from .decisions import (
    CandidateEligible,
    CandidateNotYetEligible,
    CertificationDecided,
    CertificationRefused,
    ExaminerConflictDetected,
)
from .exams import ExamCancelled, ExamFailed, ExamMoved, ExamPassed, ExamResultRecorded, ExamScheduled
from .mark_use import MarkLicenceEnded, MarkLicenceEnding, MarkLicenceGranted, MisuseCaseClosed, MisuseCaseOpened
from .register import RegisterVerificationFailed, RegisterVerified, SigningKeyReplaced
from .schemes import SchemeVersionPublished, SchemeVersionRetired

__all__ = [
    "AppealDecided",
    "AppealLodged",
    "AppealOverdue",
    "CandidateEligible",
    "CandidateNotYetEligible",
    "CertificateCheckCodeMade",
    "CertificateCorrected",
    "CertificateExpired",
    "CertificateExpiring",
    "CertificateIssued",
    "CertificateReinstated",
    "CertificateReissued",
    "CertificateScopeReduced",
    "CertificateSuspended",
    "CertificateSuspensionEnding",
    "CertificateWithdrawn",
    "CertificationDecided",
    "CertificationRefused",
    "ExamCancelled",
    "ExamFailed",
    "ExamMoved",
    "ExamPassed",
    "ExamResultRecorded",
    "ExamScheduled",
    "ExaminerConflictDetected",
    "MarkLicenceEnded",
    "MarkLicenceEnding",
    "MarkLicenceGranted",
    "MisuseCaseClosed",
    "MisuseCaseOpened",
    "RecertificationCompleted",
    "RecertificationWindowOpened",
    "RefusalAppealDecided",
    "RefusalAppealLodged",
    "RegisterVerificationFailed",
    "RegisterVerified",
    "SchemeVersionPublished",
    "SchemeVersionRetired",
    "SigningKeyReplaced",
]
