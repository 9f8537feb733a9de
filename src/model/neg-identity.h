/* Who a patient is (architecture: issuer and ID, and the name beside them), as keys that compare as text.
 * Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The first component group without the padding and the empty components that writers add or leave out (PS3.5 6.2.1),
 * composed and folded: case and composition of characters make no other person. A name in ideographs alone, whose first
 * group is empty, is taken whole. @person_name is nullable. Given, never NULL. */
char *neg_identity_dup_name_key (const char *person_name);

/* Without leading and trailing spaces; "" for NULL. Given. */
char *neg_identity_dup_id (const char *patient_id);

G_END_DECLS
