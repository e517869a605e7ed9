"""HTML: the office's desk for the training, and the pages that a link in a mail opens."""
