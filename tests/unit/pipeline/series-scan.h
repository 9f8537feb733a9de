/* Hand-made instances for the tests of series. */
#pragma once

#include "pipeline/neg-series.h"

G_BEGIN_DECLS

extern const double series_axial[6], series_coronal[6], series_sagittal[6];

/* What a test scans: instances with blobs of their own. */
typedef struct {
  GPtrArray *instances, *blobs;
  GPtrArray *series;
} Scan;

Scan *scan_new (void);
void scan_free (Scan *scan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scan, scan_free)

/* A CT image of series 1.2.3 without a place, with that Instance Number. Borrowed. */
NegInstance *scan_add_image (Scan *scan, int number);

/* The same as an axial slice at @z mm. */
NegInstance *scan_add_slice (Scan *scan, int number, double z);

void series_set_place (NegFrameInfo *info, const double orientation[6], double x, double y, double z);
void series_make_frames (NegInstance *instance, guint n_frames, guint n_infos);

/* Builds, again if need be, and expects that many series. */
void scan_build (Scan *scan, guint n_expected);
NegSeries *scan_get (Scan *scan, guint index);

/* Expects series @index to be of @kind, with instances of these numbers ("3 1 2") and this title. */
void scan_assert_series (Scan *scan, guint index, NegSeriesKind kind, const char *numbers, const char *title);

/* Expects the warnings, joined by |. */
void series_assert_warnings (NegSeries *series, const char *expected);

G_END_DECLS
