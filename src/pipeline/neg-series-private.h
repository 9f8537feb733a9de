/* How series are built: items (frames with what is needed to sort them), groups of items, series. */
#pragma once

#include "pipeline/neg-series.h"

G_BEGIN_DECLS

/* An hour at 25 frames a second. Beyond it an object's count of frames is a lie or not for looking through. */
#define NEG_SERIES_OBJECT_FRAMES_MAX 90000

/* Chains of comparisons: the first that is not 0 decides. */
#define NEG_RETURN_UNLESS_EQUAL(comparison) \
  G_STMT_START { \
    int order_ = (comparison); \
    if (order_ != 0) \
      return order_; \
  } G_STMT_END

static inline int
_neg_compare_integers (gint64 a, gint64 b)
{
  return a < b ? -1 : a > b;
}

/* An object and what is known of it before its frames are taken apart. Borrowed pointers. */
typedef struct {
  NegInstance *instance;
  NegBlob *blob;
  gint64 number; /* as in NegSeriesItem */
  gboolean is_left_out;
  GHashTable *hidden; /* numbers of frames (from 1) that a note rejects; nullable; owned reference */
} NegSeriesSource;

/* What was noticed in one DICOM series. */
typedef struct {
  guint n_duplicates, n_rejected, n_rejected_frames;
  gboolean has_uid_clash;
} NegSeriesNotice;

/* The images among @instances (NegSeriesSource), numbered, copies and rejected ones left out; *notices (given): NegSeriesNotice by series
 * UID. */
GArray *_neg_series_collect (GPtrArray *instances, GPtrArray *blobs, GHashTable **notices);

/* One frame on its way into a series. Borrowed pointers, but for those of the series that it ends in. */
typedef struct {
  NegInstance *instance;
  NegBlob *blob;
  guint32 frame;
  const NegFrameInfo *info;
  const char *unit; /* the multi-frame object or concatenation that it belongs to; NULL: an image of its own */
  gint64 number;    /* Instance Number, in a concatenation its lowest one; G_MAXINT64: absent */
  gboolean has_geometry, is_localizer;
} NegSeriesItem;

/* Items of one series to be, in the order in which they are shown. */
typedef struct {
  GPtrArray *items;           /* NegSeriesItem, borrowed */
  const NegSeriesItem *anchor; /* the first by number of all that were split from each other by time, echo and so on */
  const double *orientation;  /* of the first by number: the direction in which the positions are sorted; NULL: none */
  GString *label;             /* what tells it from its siblings: "echo 2, phase 3" */
  guint n_duplicates;         /* objects left out, as they were there already */
  guint n_rejected;           /* left out, as a note says that they are to be seen no more */
  guint n_rejected_frames;    /* of objects whose other frames are shown */
  gboolean has_uid_clash;     /* one SOP Instance UID on different images */
} NegSeriesGroup;

NegSeriesGroup *_neg_series_group_new (const NegSeriesItem *anchor);
void _neg_series_group_free (NegSeriesGroup *group);

/* By number, then by time, then by UID: a total order of the items of a series. */
int _neg_series_item_compare (const NegSeriesItem *a, const NegSeriesItem *b);

const char *_neg_series_item_get_type (const NegSeriesItem *item); /* Frame Type, else Image Type; nullable */
double _neg_series_item_get_trigger_time_ms (const NegSeriesItem *item);
guint32 _neg_series_item_get_temporal_position (const NegSeriesItem *item);

/* Slices of @items, all in the direction of @orientation; given, n is items->len. */
NegSlice *_neg_series_get_slices (const GPtrArray *items, const double orientation[6]);

/* Sorts @group by position and, where positions repeat, splits it by what makes them unique. Takes @group; adds groups
 * to @groups. */
void _neg_series_split (NegSeriesGroup *group, GPtrArray *groups);

/* TRUE when something besides their number tells the items apart. */
gboolean _neg_series_varies (const GPtrArray *items);

/* Takes references to what the items show. @place: among the series of one UID. */
NegSeries *_neg_series_new (const NegSeriesGroup *group, const char *distinction, guint place);

/* Text and judgement, from what is in order already. */
NegSeriesKind _neg_series_judge (const NegSeriesGroup *group, const NegSliceGroup *geometry);
char *_neg_series_dup_title (const NegSeriesGroup *group, const NegSliceGroup *geometry, NegSeriesKind kind,
                             const char *distinction);
char **_neg_series_dup_warnings (const NegSeriesGroup *group, const NegSliceGroup *geometry, NegSeriesKind kind);

G_END_DECLS
