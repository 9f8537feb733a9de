/* A folder of slices made by hand, loaded through real engines, for the tests of what lies behind the loader. */
#pragma once

#include "pipeline/neg-loader.h"

G_BEGIN_DECLS

#define SLICES_SIDE_PX 64
#define SLICES_FRAME_BYTES (SLICES_SIDE_PX * SLICES_SIDE_PX * 2)

typedef struct {
  char *folder;
  NegEnginePool *pool;
  NegLoader *loader; /* finished */
} Slices;

/* @n_series series of @n_slices objects each, 2 mm apart. */
void slices_set_up (Slices *slices, guint n_series, guint n_slices);
void slices_tear_down (Slices *slices);

/* Given. */
NegSeries *slices_get_series (Slices *slices, guint index);

/* Cuts the end of that frame's file off. */
void slices_truncate (NegSeries *series, guint index);

/* Runs the main context until *condition, at most 30 s; asserts that it came. */
#define SLICES_WAIT(condition) \
  G_STMT_START { \
    gint64 limit_us_ = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND; \
    while (!(condition) && g_get_monotonic_time () < limit_us_) \
      if (!g_main_context_iteration (NULL, FALSE)) \
        g_usleep (100); /* leaves the processors to the engines */ \
    g_assert_true (condition); \
  } G_STMT_END

G_END_DECLS
