/* Series without pixels for a reading session: three of Ada's in two studies, one of Bob's, 20 images each, of which any
 * can be there already. */
#pragma once

#include "reading/neg-reading.h"

G_BEGIN_DECLS

#define FAKE_N_SERIES 4
#define FAKE_N_IMAGES 20
#define FAKE_BOB 3 /* his series */

typedef struct {
  GPtrArray *instances, *blobs; /* FAKE_N_IMAGES of each series */
  gboolean is_there[FAKE_N_SERIES * FAKE_N_IMAGES];
  GListStore *store; /* NegSeries of what is there */
} FakeStudy;

void fake_study_init (FakeStudy *study);
void fake_study_clear (FakeStudy *study);

/* Images @first .. @first + @n - 1 of @series come, or (@is_there FALSE) are gone. */
void fake_study_set (FakeStudy *study, guint series, guint first, guint n, gboolean is_there);
/* All images of all series are there. */
void fake_study_fill (FakeStudy *study);

/* Builds the series again, as a loader does. */
void fake_study_publish (FakeStudy *study);

/* "1.1.1.7": image 7 of series 0. */
const char *fake_study_get_uid (const FakeStudy *study, guint series, guint image);
/* Borrowed from the store; NULL while no image of it is there. */
NegSeries *fake_study_find (const FakeStudy *study, guint series);

G_END_DECLS
