/* One topic: its video, its page, its keys as they are now, who made it. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "learning/neg-library.h"
#include "store/neg-reading-store.h"
#include "ui/neg-keymap.h"
#include "ui/neg-player.h"

G_BEGIN_DECLS

#define NEG_TYPE_LEARN_TOPIC (neg_learn_topic_get_type ())
G_DECLARE_FINAL_TYPE (NegLearnTopic, neg_learn_topic, NEG, LEARN_TOPIC, GtkWidget)

/* Signals: "back" (); "practise" (char *topic); "watched" (): what was learned of it is more now. */
GtkWidget *neg_learn_topic_new (NegKeymap *keymap);

/* @topic is of @library, which is held; both NULL: none. The same topic again goes on where it is. What was played is kept in @store
 * (nullable). */
void neg_learn_topic_set (NegLearnTopic *self, NegLibrary *library, const NegTopic *topic, NegReadingStore *store);
const char *neg_learn_topic_get_id (NegLearnTopic *self); /* nullable */
/* The store goes: what was played is in it. */
void neg_learn_topic_close (NegLearnTopic *self);

void neg_learn_topic_set_can_practise (NegLearnTopic *self, gboolean can);
/* To the video. */
void neg_learn_topic_focus (NegLearnTopic *self);
NegPlayer *neg_learn_topic_get_player (NegLearnTopic *self); /* borrowed */

/* "watch: 40 s"; given, NULL where there is no video. */
char *neg_learn_dup_length (const NegTopic *topic);

G_END_DECLS
