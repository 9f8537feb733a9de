/* A data set as a person looks at it: every element in order, with names, flat, items nested by depth. Made by an engine
 * (neg_engine_pool_tags()), so it is hostile: bounded, UTF-8, for display. Thread: immutable once read. */
#pragma once

#include "base/neg-bytes.h"

G_BEGIN_DECLS

#define NEG_TAGS_MAX 200000          /* elements of one object; more: is_cut */
#define NEG_TAGS_VALUE_BYTES_MAX 4096 /* of one value as text; longer ones are cut, has_more */
#define NEG_TAGS_BYTES_MAX (32u << 20)
#define NEG_TAGS_NAME_BYTES_MAX 256 /* of names, keywords, creators */
#define NEG_TAGS_DEPTH_MAX 130      /* sequences and items by turns */

typedef enum {
  NEG_TAG_KIND_ELEMENT,
  NEG_TAG_KIND_SEQUENCE, /* its items follow, one deeper */
  NEG_TAG_KIND_ITEM,     /* @number from 1; its elements follow, one deeper */
} NegTagKind;

typedef struct {
  NegTagKind kind;
  guint depth;      /* 0: top level */
  guint32 tag;      /* group << 16 | element */
  guint32 number;   /* of an item */
  char vr[3];       /* as written, else the dictionary's; "??" where nobody knows, "" of items */
  guint32 length;   /* as written; G_MAXUINT32: undefined */
  char *name;       /* of the dictionary, in words: "Patient Name"; private: of DCMTK's private dictionary, else "" */
  char *keyword;    /* "" of private ones */
  char *creator;    /* private creator, "" of standard ones */
  char *value;      /* text; numbers joined by backslash; OB, OW ...: "" */
  gboolean has_more;
  /* What the dictionary says of it: "" and 0 where it is not there. A VR of two small letters is a choice of DCMTK's: xs (US
   * or SS), ox (OB or OW), lt (US, SS or OW), up (UL). */
  char dictionary_vr[3];
  guint32 vm_min, vm_max; /* G_MAXUINT32: as many as there are */
  gboolean is_retired;
} NegTag;

typedef struct {
  GArray *tags; /* NegTag */
  gboolean is_cut;
  char *transfer_syntax_uid;
} NegTags;

NegTags *neg_tags_new (void);
void neg_tags_free (NegTags *tags);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegTags, neg_tags_free)

/* The element of @path as in neg-modify.h, or its value; borrowed, NULL: not there. */
const NegTag *neg_tags_find (const NegTags *tags, const char *path);
const char *neg_tags_get (const NegTags *tags, const char *path);

void neg_tag_clear (NegTag *tag);

void neg_tags_write (const NegTags *tags, GByteArray *array);
NegTags *neg_tags_read (NegReader *reader, GError **error); /* NEG_ERROR_PROTOCOL */

/* Attributes that say who the patient is or where he was (the basic profile of PS3.15 table E.1-1): their values are left out
 * when a list is copied without patient data. Texts within sequences as well. Private ones: always. */
gboolean neg_tag_is_identifying (const NegTag *tag);

G_END_DECLS
