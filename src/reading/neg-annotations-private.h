/* What the files of the annotations share. */
#pragma once

#include "reading/neg-annotations.h"

G_BEGIN_DECLS

/* An annotation as it was before and after a step; nullable: not there. */
typedef struct {
  guint64 serial;      /* of where it is now */
  guint64 undo_serial; /* while it is taken back: what it had */
  NegAnnotation *before, *after;
} NegAnnotationStep;

/* What is known of a study. */
typedef struct {
  guint64 change;       /* operations that made, changed or removed */
  guint64 saved_change; /* as far as they are in a DICOM object */
  char *saved_sop_uid, *saved_series_uid, *saved_class_uid; /* the newest of these; nullable */
  GHashTable *objects; /* SOP Instance UIDs of all that were written, or at least begun */
} NegAnnotatedStudy;

/* An object that brought annotations of others. */
typedef struct {
  NegInstance *instance;  /* owned reference */
  GPtrArray *annotations; /* owned reference, of NegAnnotation */
  gboolean is_shown, has_successor, is_superseded;
} NegAnnotationReport;

struct _NegAnnotations {
  GObject parent_instance;

  NegAnnotationSink sink; /* nullable */
  gpointer sink_data;

  GHashTable *by_uid; /* NegAnnotation, that it owns */
  GHashTable *orders; /* uid -> when it was first made, also of those that are gone */
  GHashTable *withdrawn; /* uids of orders that only a report brought, which has a successor now */
  GPtrArray *reports; /* NegAnnotationReport, as they came */
  GHashTable *reports_by_key; /* study and SOP Instance UID -> NegAnnotationReport, borrowed */
  GHashTable *images; /* NegAnnotatedImage -> GPtrArray of NegAnnotation, borrowed, in the order they were made */
  GHashTable *studies; /* uid -> NegAnnotatedStudy */
  char *selected;     /* nullable */

  guint gesture;      /* that goes on; 0: none */
  char *gesture_uid;
  NegAnnotation *gesture_before; /* nullable */

  GQueue undo, redo; /* NegAnnotationStep, the newest at the head */
};

void _neg_annotation_step_free (gpointer step);
void _neg_annotation_report_free (gpointer report);
/* Somebody's, somewhere, and of a number of points that its kind has. */
gboolean _neg_annotation_is_whole (const NegAnnotation *annotation);

/* In memory alone; @annotation nullable: it goes. */
void _neg_annotations_set (NegAnnotations *self, const char *uid, NegAnnotation *annotation);
/* Tells the sink that @before has become @after, one of them nullable, and counts it. */
gboolean _neg_annotations_keep (NegAnnotations *self, NegAnnotation *before, NegAnnotation *after, GError **error);
gboolean _neg_annotation_is_same (const NegAnnotation *a, const NegAnnotation *b); /* but for numbers and times */
void _neg_annotations_push_step (NegAnnotations *self, NegAnnotation *before, NegAnnotation *after);

G_END_DECLS
