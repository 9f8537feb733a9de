/* A picture of a topic at the width of its text, never larger than it is. Thread: main; it is read and decoded in another. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define NEG_TYPE_LEARN_PICTURE (neg_learn_picture_get_type ())
G_DECLARE_FINAL_TYPE (NegLearnPicture, neg_learn_picture, NEG, LEARN_PICTURE, GtkWidget)

/* @words: what it shows; its name for a screen reader and its tooltip, and what stands in its place where there is no picture: @path
 * NULL, or not a PNG of at most 1 MiB and 4 megapixels. @path is of the built-in library: what comes from elsewhere is not decoded. */
GtkWidget *neg_learn_picture_new (const char *path, const char *words);

G_END_DECLS
