/* Why a series is no volume, and how far one is, in words. Thread: main. */
#pragma once

#include "reading/neg-volume-reading.h"

G_BEGIN_DECLS

/* Translated where it is known; borrowed from @error or for good. */
const char *neg_volume_words_for_error (const GError *error);

/* "Volume: 212 of 500 slices, 3 failed: ..." of the one that is read and of what is laid over it, while one is not all there, and
 * what is to be said about them for good; NULL where there is nothing. Given. */
char *neg_volume_words_dup_progress (NegVolumeReading *volumes);

G_END_DECLS
