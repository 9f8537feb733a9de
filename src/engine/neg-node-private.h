/* What the files of neg-node*.c share. */
#pragma once

#include "engine/neg-node.h"

G_BEGIN_DECLS

NegNode *_neg_tree_new_node (NegTree *tree, NegNodeKind kind, guint32 tag, NegEncoding encoding, GError **error);

G_END_DECLS
