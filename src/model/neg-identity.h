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

/* A study whose images name its patient as he was known then: who that is now says the archive, by the links that
 * messages and persons made (store). Texts are never NULL; IDs and name keys as above. */
typedef struct {
  char *study_uid;
  char *issuer, *id, *name_key;             /* as its images say; the issuer also where they say none */
  char *now_issuer, *now_id, *now_name_key; /* whose it is */
} NegAlias;

NegAlias *neg_alias_copy (const NegAlias *alias);
void neg_alias_free (NegAlias *alias);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegAlias, neg_alias_free)
gboolean neg_alias_is_equal (const NegAlias *a, const NegAlias *b);
/* It was known by another ID, or by the same one of another issuer. */
gboolean neg_alias_has_other_id (const NegAlias *alias);
gboolean neg_alias_has_other_name (const NegAlias *alias);

G_END_DECLS
