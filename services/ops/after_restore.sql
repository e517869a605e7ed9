-- Runs once in a database that comes from a backup. A message that an operator had changed stands in no outbox, and may
-- have been on its way in a queue that is empty now: it is sent once more. Who has handled it passes it over.
update failed set state = 'redriving' where state = 'redriven' and edited_from is not null;
