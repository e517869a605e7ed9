"""Days as people write them in a sentence, under the name that the rules of the training know them by."""

from shared.days import en as en
from shared.days import nl as nl
