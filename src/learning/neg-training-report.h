/* The report for superusers: how often each topic was seen, who has done what is required, and how that went over time. Nothing of a
 * patient. Thread: any; asking for people may ask a directory server. */
#pragma once

#include "learning/neg-training.h"

G_BEGIN_DECLS

typedef struct {
  char *person;
  guint roles;
} NegTrainingPerson;

/* Who is named for a role, who has left a line, and who runs this; by name. NegTrainingPerson; given. */
GPtrArray *neg_training_list_people (const NegSite *site, GPtrArray *lines, GError **error);
GPtrArray *neg_training_people_new (void);
void neg_training_people_add (GPtrArray *people, const char *person, guint roles); /* once */

typedef struct {
  const char *topic; /* borrowed of the training or the library */
  guint n_views;     /* days of persons */
  guint n_persons;   /* who have viewed it */
  guint n_done;
} NegTopicUse;

/* Every topic that the library has or somebody watched, most viewed first; GArray of NegTopicUse; given. */
GArray *neg_training_list_use (const NegTraining *training, const NegLibrary *library);

typedef struct {
  const NegRequirement *requirement;
  guint n_persons; /* who have the role */
  guint n_done;
  guint n_late;    /* not done, and the day is over */
} NegCompliance;

/* In the order of the rules; GArray of NegCompliance; given. */
GArray *neg_training_list_compliance (const NegTraining *training, const NegTrainingRules *rules, GPtrArray *people, gint64 now_us);

/* A point per day from @from_day (00:00 of the site's zone) for @n_days. Values belong to the end of each day. */
typedef struct {
  char day[12]; /* "2026-11-23" */
  guint n_views;
  double done;  /* 0 .. 1 of what is required of all people of @role; NAN where nothing is */
} NegTrainingDay;

/* @role 0: of everybody; @topic nullable: all. GArray of NegTrainingDay; given. */
GArray *neg_training_list_days (const NegTraining *training, const NegTrainingRules *rules, GPtrArray *people, guint role,
                                const char *topic, const char *last_day, guint n_days);

/* A line for each person and required topic, and for each other one that was begun; texts are quoted (RFC 4180), and none can be taken
 * for a formula. Given. */
char *neg_training_dup_csv (const NegTraining *training, const NegTrainingRules *rules, GPtrArray *people, gint64 now_us);

/* "done", "done-before" (with a video that was replaced: it has to be seen again), "late", "begun", "open". Borrowed. */
const char *neg_training_get_state (const NegTrainingRecord *record, const NegRequirement *requirement, gint64 now_us);

/* All that a report is made of, from the site file, the library, the site's folder and this home. */
typedef struct {
  NegSite *site;
  NegLibrary *library;
  NegTrainingRules *rules;
  NegProgressFiles *files;
  GPtrArray *people;
  NegTraining *training;
  char *remark; /* why the site's lines are not there; "" */
} NegTrainingReport;

/* @home and @config as neg_site_load() has them. Reads files, may wait for a slow folder. */
NegTrainingReport *neg_training_report_read (const char *home, const char *config, gint64 now_us, GCancellable *cancellable,
                                             GError **error);
void neg_training_report_free (NegTrainingReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegTrainingReport, neg_training_report_free)

G_END_DECLS
