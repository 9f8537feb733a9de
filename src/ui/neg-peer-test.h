/* What Diagnose() says of a peer, step by step, with a way to stop. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "ui/neg-network.h"

G_BEGIN_DECLS

#define NEG_TYPE_PEER_TEST (neg_peer_test_get_type ())
G_DECLARE_FINAL_TYPE (NegPeerTest, neg_peer_test, NEG, PEER_TEST, GtkWidget)

GtkWidget *neg_peer_test_new (NegNetwork *network);
void neg_peer_test_run (NegPeerTest *test, const char *peer);

G_END_DECLS
