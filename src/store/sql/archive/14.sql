-- Once for each study that an addition touches, by the addition itself (neg-archive-add.c), instead of for each row.
DROP TRIGGER desk_came;
