/* A film as a WebM file (VP8, no sound): whole or not at all. Thread: any, one at a time; calls block. */
#pragma once

#include <gio/gio.h>

#include "imaging/neg-draw.h"

G_BEGIN_DECLS

/* What players take without complaint, and a slow machine encodes in the time it shows. */
#define NEG_FILM_SIDE_MAX 1920

typedef struct _NegFilm NegFilm;

/* The size of a film of pictures of @width x @height: no side longer than NEG_FILM_SIDE_MAX, both even. */
void neg_film_get_size (guint width, guint height, guint *film_width, guint *film_height);

/* Nothing is at @path before neg_film_finish(). NEG_ERROR_UNSUPPORTED says which part of GStreamer is missing. */
NegFilm *neg_film_new (const char *path, guint width, guint height, GError **error);

/* @picture has the size given, and the channels of all others. */
gboolean neg_film_add (NegFilm *film, const NegPicture *picture, gint64 duration_us, GCancellable *cancellable,
                       GError **error);
gboolean neg_film_finish (NegFilm *film, GCancellable *cancellable, guint64 *bytes, GError **error);

/* What was not finished leaves no file. */
void neg_film_free (NegFilm *film);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegFilm, neg_film_free)

G_END_DECLS
