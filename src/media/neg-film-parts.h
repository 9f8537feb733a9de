/* What a video may be made of, and where it comes from: shared by the module that plays and the one that plays through in the
 * engine's cage, so that nothing is shown by other parts than those that have played it through. Part of both modules. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct {
  const char *caps, *decoder, *package;
  const char *name; /* for people */
  gboolean is_picture;
} NegFilmCodec;

/* NULL: no kind of track that is played. */
const NegFilmCodec *neg_film_find_codec (const GstCaps *caps);

/* NULL: all parts are there that every video needs; else the words which are not. Given. */
char *neg_film_dup_missing (void);

/* The element that gives out the file of @fd, which stays the caller's: by position, never as a mapping. Floating; NULL
 * where it is no file or the part is missing. */
GstElement *neg_film_new_source (int fd);

/* The decoder of @codec: any damage is an error. Floating; NULL: it is not installed. */
GstElement *neg_film_new_decoder (const NegFilmCodec *codec);

/* Words for people about what GStreamer reports. Given. */
char *neg_film_dup_words (const GError *error);

G_END_DECLS
