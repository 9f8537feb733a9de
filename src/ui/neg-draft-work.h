/* What takes its time with drafts of demos, in threads: looking at them (what a program that died has left is mended first),
 * cutting the film that others will see, handing it to the agent. Thread: main. */
#pragma once

#include "learning/neg-draft.h"
#include "learning/neg-library.h"
#include "ui/neg-network.h"

G_BEGIN_DECLS

#define NEG_DRAFT_LANGUAGES { "en", "de" }
#define NEG_DRAFT_N_LANGUAGES 2

/* Drafts, latest first. */
void neg_draft_work_list_async (const char *drafts_folder, GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data);
GPtrArray *neg_draft_work_list_finish (GAsyncResult *result, GError **error); /* given */

/* @permille: of g_atomic_rc_box_new(), counted up meanwhile. */
void neg_draft_work_cut_async (const NegDraft *draft, gint *permille, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data);
gboolean neg_draft_work_cut_finish (GAsyncResult *result, GError **error);

/* The film that was cut, captions, chapters; @topic (nullable): what it replaces, whose texts and pictures stay. Done when the
 * agent has it on the disk: it is sent when the site can be reached. */
void neg_draft_work_publish_async (const NegDraft *draft, const NegTopic *topic, NegNetwork *network,
                                   GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gint64 neg_draft_work_publish_finish (GAsyncResult *result, GError **error); /* the post; -1 */

/* What hinders publishing, translated; NULL: nothing. */
const char *neg_draft_work_find_missing (const NegDraft *draft);

G_END_DECLS
