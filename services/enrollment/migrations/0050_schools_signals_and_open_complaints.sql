-- A visit to a school comes sooner when a share of those who learn there have a signal that speaks of the school.
alter table scheme_cadence
    add column visit_school_after_signal_weeks int,
    add column visit_school_signal_share       double precision;

-- A complaint is a signal for as long as it is open, not only when its handling is late: the clock looks at them once.
update complaint set act_on = received_on where state not in ('resolved', 'closed');
