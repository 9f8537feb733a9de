/* The page of the preferences about the network: this workstation, the peers, and testing them. What is changed is written
 * by the agent into the site file. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "ui/neg-network.h"

G_BEGIN_DECLS

#define NEG_TYPE_PEERS_PAGE (neg_peers_page_get_type ())
G_DECLARE_FINAL_TYPE (NegPeersPage, neg_peers_page, NEG, PEERS_PAGE, GtkWidget)

void neg_peers_page_set_network (NegPeersPage *page, NegNetwork *network);

G_END_DECLS
