/* What the technologist's desk says, in words: never by colour alone. Text of objects comes from elsewhere: it is cleaned.
 * Thread: any, no state. */
#pragma once

#include "ui/neg-quality-model.h"

G_BEGIN_DECLS

/* "■ error", "▲ warning", "● note", "✓ in order"; without the sign: what is spoken. Translated, borrowed. */
const char *neg_quality_words_get_severity (NegSeverity severity, gboolean with_sign);
const char *neg_quality_words_get_severity_class (NegSeverity severity); /* of CSS */

/* "Patient ID" of "patient-id"; the name itself of a check that nobody knows here. Borrowed of both. */
const char *neg_quality_words_get_check (const char *check);
/* The button that mends it; given. */
char *neg_quality_words_dup_action (const NegFinding *finding);
/* What a person would say of it in one line; given. */
char *neg_quality_words_dup_finding (const NegFinding *finding);

/* --- a study; all given --- */

char *neg_quality_words_dup_patient (const NegDeskRow *row); /* "Family, Given" */
char *neg_quality_words_dup_about (const NegDeskRow *row);   /* "CT · 312 images · CT1 · 14:05 · Thorax" */
char *neg_quality_words_dup_matter (const NegDeskRow *row, const NegFinding *worst); /* "3 findings: ..." */
/* How far its sending is; *is_proved (nullable): all of it has arrived, and that is proved. *is_problem (nullable): wants a person. */
char *neg_quality_words_dup_sending (const NegDeskRow *row, gboolean *is_proved, gboolean *is_problem);
char *neg_quality_words_dup_all (const NegDeskRow *row, const NegFinding *worst); /* for a screen reader and a tooltip */
/* Why it cannot be released now; NULL: nothing known is in the way. */
char *neg_quality_words_dup_obstacle (const NegDeskRow *row, GPtrArray *findings);
/* "14:05", with the date where it is not today's. */
char *neg_quality_words_dup_moment (gint64 us, GTimeZone *zone);

/* --- corrections, deliveries, rejections --- */

char *neg_quality_words_dup_correction (const NegCorrection *correction); /* "Patient ID: 4711; Side: L" */
const char *neg_quality_words_get_correction_state (NegCorrectionState state);
const char *neg_quality_words_get_delivery_state (NegDeliveryState state);
/* "3 committed, 1 refused" of counts by state. */
char *neg_quality_words_dup_counts (const guint n[6]);
/* "refused: out of resources (0xA700)" */
char *neg_quality_words_dup_object (const NegDeliveryObject *object);
const char *neg_quality_words_get_code (const char *code); /* 113001 ...: why something is rejected */
const char *neg_quality_words_get_side (const char *value); /* "left" of "L"; else the value. Borrowed of both */

G_END_DECLS
