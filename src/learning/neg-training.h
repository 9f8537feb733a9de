/* Which topics a site asks of whom by when, and what became of it: from lines of progress, the library and the site file.
 *
 *   [training]
 *   required.radiologist=finding-a-study;scrolling-and-window by 2026-12-15
 *   required.radiologist.2=measuring by 2027-01-31       # any further part keeps keys apart
 *   renew=finding-a-study                                # a new video has to be watched again
 *   home-page=https://intranet.example                   # of the persons' names in xAPI
 *
 * A topic is done when nine tenths of one of its videos were played, each second counted once, in however many sittings. A video that is
 * replaced begins anew: what was done of the old one holds, unless the site says renew, and what was only begun does not count for the new
 * one. A view is a person and a day (of the site's time zone) on which a quarter of the video or more was played.
 * Thread: any; not two at a time. */
#pragma once

#include "learning/neg-library.h"
#include "learning/neg-progress-files.h"
#include "model/neg-roles.h"

G_BEGIN_DECLS

typedef struct {
  NegRole role;
  char *topic;
  char *due;     /* "2026-12-15"; "" where no day is said */
  gint64 due_us; /* the end of that day in the site's time zone; 0 */
} NegRequirement;

typedef struct {
  GPtrArray *requirements; /* NegRequirement, in the file's order */
  char **renew;
  char *home_page;
} NegTrainingRules;

/* Unknown keys are errors here: a word that is wrong would leave somebody untrained. */
NegTrainingRules *neg_training_rules_read (const NegSite *site, GError **error);
void neg_training_rules_free (NegTrainingRules *rules);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegTrainingRules, neg_training_rules_free)

/* The part of it that is required of somebody with these roles, each topic once with its first day; NegRequirement, borrowed from
 * @rules; the array is given. */
GPtrArray *neg_training_list_required (const NegTrainingRules *rules, guint roles);

/* What one person has done of one topic. */
typedef struct {
  char *person, *topic;
  double fraction;     /* of the video that the topic has now; of the last one where the library has none */
  gint64 done_us;      /* when it was done first; 0: not yet */
  guint done_revision; /* of the video that it was done with */
  gboolean is_renewed; /* done, but the video is another now, and the site asks for it again: it is not done */
  guint n_views;       /* days */
  gint64 last_us;
} NegTrainingRecord;

typedef struct {
  char *person, *exercise;
  guint n_done, n_tried; /* tried: done or given up */
  guint n_hints;         /* of the best one that was done */
  gint64 first_done_us;  /* 0: not yet */
  gint64 best_ms;        /* how long it took */
} NegPracticeRecord;

typedef struct {
  GPtrArray *records;   /* NegTrainingRecord, by person and topic */
  GPtrArray *practices; /* NegPracticeRecord, likewise */
  GPtrArray *views;     /* NegTrainingView, by day */
  GTimeZone *zone;
} NegTraining;

/* One person's day with one topic. */
typedef struct {
  char *day; /* "2026-11-23" */
  char *person, *topic;
} NegTrainingView;

/* @lines: NegProgressLine in order (neg_progress_files_sort()). */
NegTraining *neg_training_new (GPtrArray *lines, const NegTrainingRules *rules, const NegLibrary *library, GTimeZone *zone);
void neg_training_free (NegTraining *training);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegTraining, neg_training_free)

const NegTrainingRecord *neg_training_find (const NegTraining *training, const char *person, const char *topic); /* NULL: nothing */
const NegPracticeRecord *neg_training_find_practice (const NegTraining *training, const char *person, const char *exercise);
gboolean neg_training_record_is_done (const NegTrainingRecord *record); /* FALSE for NULL */
/* "2026-11-23"; given. */
char *neg_training_dup_day (GTimeZone *zone, gint64 time_us);

G_END_DECLS
