/* What the files of the window share. */
#pragma once

#include "pipeline/neg-loader.h"
#include "ui/neg-frame-bar.h"
#include "ui/neg-series-list.h"
#include "ui/neg-main-window.h"

G_BEGIN_DECLS

struct _NegMainWindow {
  GtkApplicationWindow parent_instance;

  NegEnginePool *pool; /* borrowed, nullable */
  GSettings *settings; /* nullable */
  NegLoader *loader;
  NegFrameStore *store;
  GtkFileChooserNative *chooser; /* while it is open */
  GFile *last_folder; /* where something was last chosen; nullable */
  char *report;
  gboolean filling_presets;

  GtkLabel *patient_label, *study_label;
  GtkToggleButton *list_button;
  GtkDropDown *presets;
  GtkWidget *side;
  GtkWidget *progress_box;
  GtkProgressBar *progress;
  GtkLabel *progress_label;
  NegSeriesList *series_list;
  GtkStack *stack;
  GtkLabel *empty_title, *empty_text;
  NegViewport *viewport;
  NegFrameBar *frame_bar;
  GtkLabel *status_label, *renderer_label;
};

void _neg_main_window_class_install_actions (GtkWidgetClass *class);
void _neg_main_window_update_actions (NegMainWindow *self);
void _neg_main_window_update_presets (NegMainWindow *self);
void _neg_main_window_preset_selected_cb (NegMainWindow *self);

void _neg_main_window_choose (NegMainWindow *self, GtkFileChooserAction action);
void _neg_main_window_accept_drops (NegMainWindow *self);

void _neg_main_window_update_status (NegMainWindow *self);

G_END_DECLS
