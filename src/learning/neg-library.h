/* What there is to learn from: topics with their files, announcements, whom to ask, which features are on for whom. One format for
 * what is installed with the program and for what a site adds (manifest.json, DESIGN.md). Files are named by the manifest within its
 * folder; of the site's library the agent has them in the cache, by their hash, after it has checked them.
 *
 * Everything in a manifest is hostile: what one entry gets wrong refuses that entry, in words, and no other.
 * Thread: any; what is returned is not changed any more and shared by reference. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define NEG_LIBRARY_MANIFEST "manifest.json"
#define NEG_LIBRARY_CURRENT "current.json" /* of the cache: the site's manifest that holds */
#define NEG_LIBRARY_REFUSED "refused.json" /* of the cache: [{"what","why"}] */
#define NEG_LIBRARY_BYTES_MAX (4u << 20)
#define NEG_LIBRARY_TOPICS_MAX 1000
#define NEG_LIBRARY_VIDEO_BYTES_MAX (G_GUINT64_CONSTANT (256) << 20)
#define NEG_LIBRARY_TEXT_BYTES_MAX (256u << 10)    /* Markdown, captions, chapters */
#define NEG_LIBRARY_PICTURE_BYTES_MAX (8u << 20) /* PNG */
#define NEG_LIBRARY_DURATION_MS_MAX (4u * 3600 * 1000)

typedef struct {
  char *language; /* "en", "de", "pt-BR"; "" of videos and pictures */
  char *name;     /* of the manifest */
  char *called;   /* how the text names a picture: "name", else the file's name without its folder */
  char *path;     /* where it lies; NULL: not here (yet) */
  char *sha256;   /* 64 hex digits, lower case */
  guint64 bytes;     /* of a video; 0: not said */
  guint duration_ms; /* of a video */
} NegLibraryFile;

typedef struct {
  char *id;
  guint revision;
  GHashTable *title, *summary; /* language to text: neg_library_choose_words() */
  char **roles;                /* whom it is for; none: everybody */
  char *made_by;
  gint64 made_us; /* 0: not said */
  gboolean is_withdrawn, is_builtin;
  NegLibraryFile *video; /* nullable */
  GPtrArray *captions, *chapters, *texts, *pictures; /* NegLibraryFile; never NULL */
  char *json;             /* as it was written */
} NegTopic;

typedef struct {
  char *id;
  GHashTable *title, *text; /* Markdown: neg-markdown.h */
  gint64 from_us, until_us, changes_us; /* until_us 0: no end; changes_us 0: nothing changes */
  char **roles, **groups;   /* none: everybody; groups are those of the operating system */
  char *contact;            /* a role of the contacts, or "" */
  char *json;
} NegAnnouncement;

typedef struct {
  char *role, *name, *phone, *hours;
} NegContact;

void neg_contact_free (NegContact *contact);

/* A feature that is on for some first. */
typedef struct {
  char *name;
  char **groups; /* who has it before @from_us; none: nobody */
  gint64 from_us; /* everybody has it from then on; 0: never by itself */
} NegFeature;

/* What is not shown, and why: for people. Also of feedback. */
typedef struct {
  char *what, *why;
  char *id; /* of the topic; "" where there is none, or it is not known */
} NegRefusal;

NegRefusal *neg_refusal_new (const char *what, const char *why, const char *id);
void neg_refusal_free (NegRefusal *refusal);

typedef struct {
  gint references;
  guint revision;
  gint64 published_us;
  GPtrArray *topics, *announcements, *contacts, *features, *refused; /* never NULL; NegTopic, ... NegRefusal */
} NegLibrary;

/* The manifest alone. The error is of what makes all of it unusable. Topics' paths are NULL. */
NegLibrary *neg_library_parse (const char *json, gsize length, GError **error);
/* A folder with its manifest and the files beside it, trusted as the program is (installed with it): paths are those. */
NegLibrary *neg_library_load_folder (const char *folder, GError **error);
/* $NEGATOSCOPE_LEARNING, else beside the program in its build folder (data/learning), else as installed. Empty where there is none. */
NegLibrary *neg_library_load_builtin (GError **error);
char *neg_library_dup_builtin_folder (void);
/* <cache>/library, as the agent keeps it; empty where nothing came yet. A file that is not there has no path. */
NegLibrary *neg_library_load_site (const char *cache_folder, GError **error);

/* A manifest again, of what was not refused. Given. */
char *neg_library_to_json (const NegLibrary *library);

/* What a person sees: a site's topic replaces the built-in one of the same id, withdrawn ones hide it. Order: as built in, then the
 * site's. Given. */
NegLibrary *neg_library_merge (NegLibrary *builtin, NegLibrary *site);

NegLibrary *neg_library_ref (NegLibrary *library);
void neg_library_unref (NegLibrary *library);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegLibrary, neg_library_unref)

const NegTopic *neg_library_find_topic (const NegLibrary *library, const char *id); /* borrowed; NULL */
/* TRUE: the library does not name it, or it is on for one of @groups or for all at @now_us. */
gboolean neg_library_is_feature_on (const NegLibrary *library, const char *name, const char *const *groups, gint64 now_us);

/* In the language of @languages (g_get_language_names()) that comes first, else English, else any; "" where there is none. */
const char *neg_library_choose_words (GHashTable *words, const char *const *languages);
const NegLibraryFile *neg_library_choose_file (GPtrArray *files, const char *const *languages); /* NULL: there is none with a path */

/* A file of the site's library in its cache folder ("library" below the cache folder): <sha256>.<ending of @name>. Given. */
char *neg_library_dup_file_path (const char *cache_folder, const NegLibraryFile *file);

/* Every file of a topic, video first; borrowed, the array is given. */
GPtrArray *neg_topic_list_files (const NegTopic *topic);

/* Ids of topics and announcements: [a-z0-9._-], 1 to 80, the first a letter or digit. */
gboolean neg_library_is_id (const char *text);

G_END_DECLS
