/* The parts of neg-modify*: one object on its way to another version of itself.
 *
 *   neg-modify.c            the order of things
 *   neg-modify-path.c       where an edit goes, and where none may
 *   neg-modify-value.c      a value as bytes of its VR
 *   neg-modify-text.c       character sets
 *   neg-modify-edit.c       what edits do
 *   neg-modify-uids.c       UIDs that are mapped
 *   neg-modify-history.c    what was changed, by whom
 *   neg-modify-output.c     the file
 *   neg-modify-convert.c    another transfer syntax: the attributes
 *   neg-modify-explicit.cc  their VRs, by DCMTK
 *   neg-modify-frames.c     the pixels */
#pragma once

#include "engine/neg-modify.h"
#include "engine/neg-text.h"
#include "model/neg-frame.h"

G_BEGIN_DECLS

#define NEG_PATH_STEPS_MAX 16

/* The file that is written, in pieces; deflated behind @deflate_from where that is asked for. */
typedef struct _NegOutput NegOutput;

NegOutput *neg_output_new (int fd, GError **error);
void neg_output_free (NegOutput *output);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegOutput, neg_output_free)
gboolean neg_output_deflate (NegOutput *output, GError **error); /* everything from here on */
gboolean neg_output_write (gpointer output, const void *bytes, gsize length, GError **error); /* NegNodeWriter */
gboolean neg_output_copy (NegOutput *output, NegSource *source, guint64 offset, guint64 length, GError **error);
guint64 neg_output_tell (const NegOutput *output);
gboolean neg_output_finish (NegOutput *output, GError **error); /* to an even length */

/* How texts of an item are written (PS3.3 C.12.1.1.2). */
typedef struct {
  char *terms; /* the value of (0008,0005); owned */
  NegText *text; /* owned */
} NegScope;

void neg_scope_init (NegScope *scope, const NegNode *item, const NegScope *around); /* @around nullable */
void neg_scope_clear (NegScope *scope);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegScope, neg_scope_clear)

gboolean neg_vr_is_text (const char *vr); /* in the object's character set */
/* UTF-8; given. */
char *neg_scope_decode (const NegScope *scope, const char *vr, const guint8 *bytes, gsize length);
/* As decoding would give it back; given. */
char *neg_text_normalise (const char *vr, const char *text);
/* NULL where @text has characters that the set has not; given. */
GByteArray *neg_scope_encode (const NegScope *scope, const char *vr, const char *text);
/* All texts of @item, itself in @around, become UTF-8. NEG_ERROR_UNSUPPORTED where one cannot be read. */
gboolean neg_text_convert (NegTree *tree, NegNode *item, const NegScope *around, GError **error);

typedef struct {
  guint32 tag;
  gint item; /* -1: the attribute itself */
} NegStep;

typedef struct {
  NegStep steps[NEG_PATH_STEPS_MAX];
  guint n;
} NegPath;

/* NEG_ERROR_USAGE for what is no path, _REFUSED for one that may not be changed. */
gboolean neg_path_parse (NegPath *path, const char *text, const NegDictionary *dictionary, GError **error);

typedef struct {
  NegSource *source;
  const NegLayout *layout;
  const NegModify *modify;
  NegTree tree;
  guint8 *header; /* read from the source; NULL where that lies in memory */
  guint8 *behind; /* what is behind the pixels, likewise */
  NegNode *root, *rest; /* before and behind the pixels; owned by the tree */
  NegNode *originals;   /* what an Original Attributes item is to hold */
  gboolean is_changed, was_signed;
} NegChange;

/* The value of a leaf of @vr as bytes. *@bytes stays NULL where it is a text that @scope cannot hold. */
gboolean neg_value_encode (const char *vr, NegEncoding encoding, const NegScope *scope, const char *value,
                           GByteArray **bytes, GError **error);
/* Whether a leaf has that value already, padding aside. */
gboolean neg_value_is (const NegTree *tree, const NegNode *leaf, const NegScope *scope, const char *value);

/* Before the first change of an attribute of the top level: its old value is kept for the history. */
gboolean neg_change_remember (NegChange *change, guint32 tag, GError **error);

gboolean neg_change_map_uids (NegChange *change, GError **error);
/* Whether any of the edits changes something, and whether its values fit the character set. */
gboolean neg_change_look_at_edits (NegChange *change, gboolean *is_needed, gboolean *fits, GError **error);
gboolean neg_change_make_edits (NegChange *change, GError **error);
gboolean neg_change_history_fits (const NegChange *change, const NegScope *scope);
gboolean neg_change_write_history (NegChange *change, GError **error);

/* Everything up to writing. */
gboolean neg_change_begin (NegChange *change, NegSource *source, const NegLayout *layout, const NegModify *modify,
                           const NegDictionary *dictionary, GError **error);
gboolean neg_change_make (NegChange *change, GError **error);
/* What would not hold is removed, and the history written. */
gboolean neg_change_finish (NegChange *change, GError **error);
void neg_change_clear (NegChange *change);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegChange, neg_change_clear)
/* What the object's elements are in; its meta header may say something else. */
const char *neg_change_get_syntax (const NegLayout *layout);
/* Preamble and meta header for the object as it is now. */
gboolean neg_change_write_meta (const NegChange *change, const char *transfer_syntax_uid, NegOutput *output,
                                GError **error);
/* Elements in @encoding, as Explicit VR Little Endian; given. */
GByteArray *neg_modify_make_explicit (const GByteArray *elements, NegEncoding encoding, GError **error);

/* The pixels of an object that is decoded: whether that can be and what they are then, the header that says so, the values. */
typedef struct {
  const NegLayout *layout; /* borrowed */
  NegSource *source;
  NegFrameFormat format;
  NegColorModel color; /* that comes out */
  guint8 *cells;       /* of a frame; owned */
  gboolean has_first;  /* in cells */
  guint64 frame_bytes, bytes; /* of one as written (before bits are packed), of all */
  NegModifyGoOn go_on;
  gpointer user_data;
} NegFrames;

gboolean neg_frames_init (NegFrames *frames, NegSource *source, const NegLayout *layout, GError **error);
void neg_frames_clear (NegFrames *frames);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegFrames, neg_frames_clear)
gboolean neg_frames_describe (const NegFrames *frames, NegChange *change, GError **error);
gboolean neg_frames_write (NegFrames *frames, NegOutput *output, GError **error);

/* A leaf of the top level with this text or number, without history. */
gboolean neg_change_set (NegChange *change, guint32 tag, const char *value, GError **error);

G_END_DECLS
