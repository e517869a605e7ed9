-- Instructor and mentor are asked by a link to stand by what was recorded, and once more when they have not.
alter table review_record add column remind_on date;   -- empty when nobody is to be reminded
create index review_record_to_remind on review_record (remind_on) where remind_on is not null;
