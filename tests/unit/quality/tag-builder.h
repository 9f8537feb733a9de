/* Lists of elements made by hand, as an engine would give them. */
#pragma once

#include "wire/neg-tags.h"

/* @vr of the file and of the dictionary, one value; at the top level. */
NegTag *tag_add (NegTags *tags, guint32 number, const char *vr, const char *name, const char *value);
/* Inside: @depth is 1 for items, 2 for what is in them. */
NegTag *tag_add_inside (NegTags *tags, guint depth, guint32 number, const char *vr, const char *name, const char *value);
void tag_add_item (NegTags *tags, guint depth, guint number);
void tag_add_sequence (NegTags *tags, guint depth, guint32 number, const char *name);
void tag_set_value (NegTag *tag, const char *value);
void tag_remove (NegTags *tags, guint32 number);
NegTag *tag_get (NegTags *tags, guint32 number);

/* A CT image without a fault. */
NegTags *tag_new_ct (void);
