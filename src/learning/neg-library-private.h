/* What the parts of neg-library share. */
#pragma once

#include "learning/neg-json.h"
#include "learning/neg-library.h"

G_BEGIN_DECLS

NegLibrary *_neg_library_new (void);
void _neg_library_file_free (gpointer file);
NegTopic *_neg_topic_new (void);
void _neg_topic_free (gpointer topic);
NegTopic *_neg_topic_copy (const NegTopic *topic);
void _neg_announcement_free (gpointer announcement);
void _neg_feature_free (gpointer feature);

/* neg-library-entries.c: one entry each; NULL and an error: it is refused. */
NegTopic *_neg_topic_read (JsonObject *object, GError **error);
NegAnnouncement *_neg_announcement_read (JsonObject *object, GError **error);
NegContact *_neg_contact_read (JsonObject *object, GError **error);
NegFeature *_neg_feature_read (const char *name, JsonObject *object, GError **error);

G_END_DECLS
