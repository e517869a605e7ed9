-- New names go straight into the index: its pending list would be read through by every search until the next vacuum.
alter index trainee_words set (fastupdate = off);
select gin_clean_pending_list('trainee_words');

-- The start page counts by state without reading the enrolments.
create index enrolment_by_state on enrolment (state);
