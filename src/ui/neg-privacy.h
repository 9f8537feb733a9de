/* Whether windows show patients or invented people in their place, and that nothing else is on the screen. Signal of the one
 * object there is: "changed" (): every text and picture that may tell who a patient is has to be made anew, at once.
 * Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "model/neg-fiction.h"

G_BEGIN_DECLS

#define NEG_TYPE_PRIVACY (neg_privacy_get_type ())
G_DECLARE_FINAL_TYPE (NegPrivacy, neg_privacy, NEG, PRIVACY, GObject)

NegPrivacy *neg_privacy_get (void); /* borrowed */

/* While somebody holds it, fiction is on. "changed" has been handled when these return. */
void neg_privacy_hold (void);
void neg_privacy_release (void);

/* Covers have changed (reading/neg-cover.h). */
void neg_privacy_change (void);

/* @refresh (@object) at each change, as long as @object lives. */
void neg_privacy_watch (gpointer object, GCallback refresh);

/* Why nothing of a patient leaves now (export, copy, print, save); translated, NULL while fiction is off. */
const char *neg_privacy_get_refusal (void);

/* What is drawn without a widget of its own for its text: @dup_text (@widget) gives all of it. */
typedef char *(*NegPrivacyTextFunc) (GtkWidget *widget);
void neg_privacy_set_drawn_text (GtkWidget *widget, NegPrivacyTextFunc dup_text);

/* Looks through all that @window shows (labels, entries, titles, tooltips, drawn texts) for a word of what was replaced. NULL:
 * there is none. Otherwise where, in words of the program and without the text. Given. */
char *neg_privacy_find_leak (GtkWidget *window);

G_END_DECLS
