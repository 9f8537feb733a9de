/* What is written on and about an image, from its header and from how it is shown: text only, no widget. What may tell who
 * the patient is goes through neg_text_dup_shown() here: give these functions what the file says, never what is shown.
 * All of it is UTF-8 of one line per line, without control characters. Thread: any, no state. */
#pragma once

#include "imaging/neg-calibration.h"
#include "imaging/neg-voi.h"
#include "reading/neg-view-state.h"

G_BEGIN_DECLS

typedef enum {
  NEG_CORNER_TOP_LEFT,     /* the patient */
  NEG_CORNER_TOP_RIGHT,    /* study and series */
  NEG_CORNER_BOTTOM_LEFT,  /* the image */
  NEG_CORNER_BOTTOM_RIGHT, /* how it is shown */
  NEG_N_CORNERS,
} NegCorner;

typedef enum {
  NEG_CAPTIONS_ALL,
  NEG_CAPTIONS_ESSENTIAL, /* who, which image, which window */
  NEG_CAPTIONS_NONE,      /* what must never be hidden: the lossy mark, inverted, mirrored */
  NEG_CAPTIONS_N_LEVELS,
} NegCaptionsLevel;

/* The text of one corner, given; "" when there is nothing to say. @voi is what is drawn, NULL for colour or while
 * there is no image; @magnification in output pixels per image pixel. */
char *neg_caption_dup_corner (NegCorner corner, NegCaptionsLevel level, const NegViewState *state, const NegVoi *voi,
                              double magnification);

/* "Family, Prefix Given Middle, Suffix (ideographic likewise)", given. */
char *neg_caption_dup_person (const char *person_name);
/* "Family, Given · ID 123 · born 1956-03-02 (68 y, F)", given; one line. */
char *neg_caption_dup_patient (const NegInstance *instance);
/* Study date, description, accession number; one line, given. */
char *neg_caption_dup_study (const NegInstance *instance);
/* "1956-03-02" of a DA value, else the value as it is; NULL for NULL. Given. */
char *neg_caption_dup_date (const char *date);
/* "68 y" or "7 m" at the time of the study; NULL when it cannot be told. Given. */
char *neg_caption_dup_age (const NegInstance *instance);
/* "HH:MM" of a TM value; NULL where it is none. Given. */
char *neg_caption_dup_time (const char *time);
/* "2 y 3 m", "3 m 12 d", "5 d" between two DA values; NULL where they are none, or in the other order. Given. */
char *neg_caption_dup_interval (const char *from_date, const char *to_date);
/* "PRIOR · 2024-03-02 · 2 y 3 m before" of an image whose study is older than that of @other, "NO STUDY DATE · ..."
 * where that cannot be told; NULL where it is not, or @other has no date. Given. */
char *neg_caption_dup_prior (const NegInstance *shown, const NegInstance *other);
/* "known as ID 4711 then" of an image that names its patient as he was known before a link made it his; without
 * @identified "known otherwise then", which names nobody. Given. */
char *neg_caption_dup_known_as (const NegInstance *shown, gboolean other_id, gboolean other_name, gboolean identified);
/* Where a length comes from, to be written beside it; NULL where it needs no words: in the patient. */
const char *neg_caption_get_calibration (NegCalibration calibration);
/* "5 cm", "10 mm", "200 µm", rounded to whole numbers; given. */
char *neg_caption_dup_length (double length_mm);
/* "C 40 W 400", given. */
char *neg_caption_dup_window (double center, double width);

G_END_DECLS
