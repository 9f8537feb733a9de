/* Why a series is no volume, and how far one is, in words. Thread: main. */
#pragma once

#include "reading/neg-volume-reading.h"

G_BEGIN_DECLS

/* Translated where it is known; borrowed from @error or for good. */
const char *neg_volume_words_for_error (const GError *error);

/* "Volume: 212 of 500 slices, 3 failed: ..." while one is not all there; NULL where all are. Given. */
char *neg_volume_words_dup_progress (NegVolumeReading *volumes);

G_END_DECLS
