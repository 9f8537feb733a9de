/* The main window: opens paths, shows one patient in a grid of viewports. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "ui/neg-network.h"
#include "ui/neg-transfers.h"
#include "ui/neg-viewport.h"
#include "wire/neg-engine-pool.h"

G_BEGIN_DECLS

#define NEG_TYPE_MAIN_WINDOW (neg_main_window_get_type ())
G_DECLARE_FINAL_TYPE (NegMainWindow, neg_main_window, NEG, MAIN_WINDOW, GtkApplicationWindow)

/* @pool (nullable: nothing can be opened) outlives the window; @settings nullable; the home of @network is where what was
 * on screen is kept, else where the desktop keeps data. */
NegMainWindow *neg_main_window_new (GtkApplication *application, NegEnginePool *pool, GSettings *settings,
                                    NegNetwork *network, NegTransfers *transfers, NegRenderer renderer);

/* Asks whether to go on with the last screen, where there is one and nothing else is opened. */
void neg_main_window_offer_last_screen (NegMainWindow *window);

/* Shows what @paths hold instead of what is open. */
void neg_main_window_open (NegMainWindow *window, const char *const *paths);

/* Nothing is open any more. */
void neg_main_window_close_study (NegMainWindow *window);

/* A window of practice: the home is that of neg-practice-home.h; what is done counts in the folder @results of somebody's data. An
 * exercise of @topic (nullable) begins as soon as it can. */
void neg_main_window_set_practice (NegMainWindow *window, const char *results, const char *topic);

/* A problem in words, in the status line. */
void neg_main_window_report (NegMainWindow *window, const char *text);

G_END_DECLS
