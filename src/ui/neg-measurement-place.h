/* Where a measurement is among what is open: its image, or the series that its plane is out of; in words too.
 * Thread: main. */
#pragma once

#include "model/neg-annotation.h"
#include "reading/neg-reading.h"

G_BEGIN_DECLS

/* A series of the patient shown that has the image; borrowed, nullable. */
NegSeries *neg_measurement_find_series (NegReading *reading, const NegAnnotation *annotation, guint *index);
/* The same, at *@index as long as that is right: with thousands of images nobody looks at all of them for each row. */
NegSeries *neg_measurement_find_series_at (NegReading *reading, const NegAnnotation *annotation, guint *index);
/* The first image of the series that a plane is of; borrowed, nullable. */
const NegInstance *neg_measurement_find_first (NegReading *reading, const NegAnnotation *annotation);

/* A point of what was measured on a plane. */
void neg_measurement_get_point (const NegAnnotation *annotation, double point_mm[3]);

/* "series 3, image 12, frame 2"; @instance nullable: it is not open. Given. */
char *neg_measurement_dup_place (const NegAnnotation *annotation, const NegInstance *instance, guint index);
/* "series 3, Coronal, 12.3 mm P, slab 10.0 mm MIP"; @first as above. Given. */
char *neg_measurement_dup_place_of_plane (const NegAnnotation *annotation, const NegInstance *first);

G_END_DECLS
