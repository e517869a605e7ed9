"""SQL that loads and keeps what notifications owns: people and who belongs to whom, mails, and the postman's bag."""
