/* The Markdown that announcements and topics are written in: headings, paragraphs, bullets and numbers, code, bold, italic, links,
 * and (on a line of their own) pictures that come with the topic. Everything else is text and shown as such: there is no HTML, and
 * nothing is fetched. What comes out is Pango markup (escaped) and plain text.
 * Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NEG_MARKDOWN_BYTES_MAX (256u << 10)

typedef enum {
  NEG_MARKDOWN_PARAGRAPH,
  NEG_MARKDOWN_HEADING, /* level 1 to 3 */
  NEG_MARKDOWN_BULLET,  /* level 1 to 3 */
  NEG_MARKDOWN_NUMBER,  /* likewise; number is what is written */
  NEG_MARKDOWN_CODE,    /* a block, as it is */
  NEG_MARKDOWN_PICTURE, /* plain: what it shows; picture: its name in the topic */
} NegMarkdownKind;

typedef struct {
  NegMarkdownKind kind;
  guint level, number;
  char *markup;  /* of Pango, without the heading's or bullet's own look */
  char *plain;
  char *picture; /* nullable */
} NegMarkdownBlock;

/* Never fails; what is too long or no UTF-8 is cut or replaced. NegMarkdownBlock, given. */
GPtrArray *neg_markdown_parse (const char *text);
/* All of it as one piece of markup (headings bold and larger, bullets as "•"), or as words for search and for speech. Given. */
char *neg_markdown_to_markup (const char *text);
char *neg_markdown_to_plain (const char *text);

/* For what others publish: REFUSED names what has no place here (HTML, script, links that are not https, pictures from elsewhere, or without words for what they show), so
 * that whoever wrote it learns of it. Shown, it would be text all the same. */
gboolean neg_markdown_check (const char *text, GError **error);

/* A PNG file of the topic by its name alone, as "shot.png": letters, digits, ".", "_" and "-"; no folder and no address. */
gboolean neg_markdown_is_picture (const char *name);

/* https with a host, no user, no spaces or control characters. */
gboolean neg_markdown_is_link (const char *address);

G_END_DECLS
