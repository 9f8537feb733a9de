/* Every element of an object as text, for a person to look at (wire/neg-tags.h). The walk is our own, so that lengths, VRs and
 * doubled elements are shown as they were written; of DCMTK is only the dictionary. What cannot be walked ends the list: is_cut.
 * Thread: the engine's one thread. */
#pragma once

#include "engine/neg-scanner.h"
#include "wire/neg-tags.h"

G_BEGIN_DECLS

/* What a dictionary says of an element. */
typedef struct {
  char vr[3]; /* "": not there. xs, ox, lt, up: a choice, as in wire/neg-tags.h */
  char keyword[NEG_TAGS_NAME_BYTES_MAX];
  guint32 vm_min, vm_max;
  gboolean is_retired;
} NegTagEntry;

/* @creator: of a private element, "" else. FALSE: not there. */
typedef gboolean (*NegTagLookup) (guint32 tag, const char *creator, NegTagEntry *entry);

/* DCMTK's dictionaries, which neg_dataset_preload() loads. */
gboolean neg_tag_lookup (guint32 tag, const char *creator, NegTagEntry *entry);

/* NULL when it is no object. */
NegTags *neg_tags_list_with (NegSource *source, NegTagLookup lookup, GError **error);
NegTags *neg_tags_list (NegSource *source, GError **error);

G_END_DECLS
