/* One peer's values, to be written or refused. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "ui/neg-network.h"

G_BEGIN_DECLS

#define NEG_TYPE_PEER_EDITOR (neg_peer_editor_get_type ())
G_DECLARE_FINAL_TYPE (NegPeerEditor, neg_peer_editor, NEG, PEER_EDITOR, GtkWidget)

/* Signal "done" (): saved or cancelled. @name NULL and @keys NULL: a new one. @keys: a{ss} as in the site file. */
GtkWidget *neg_peer_editor_new (NegNetwork *network, const char *name, GVariant *keys);

G_END_DECLS
