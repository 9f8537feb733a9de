/* What the files of the window share. */
#pragma once

#include "pipeline/neg-loader.h"
#include "reading/neg-preset.h"
#include "reading/neg-reading-state.h"
#include "store/neg-reading-store.h"
#include "ui/neg-context-pane.h"
#include "ui/neg-grid.h"
#include "ui/neg-keymap.h"
#include "ui/neg-main-window.h"
#include "ui/neg-measurements-page.h"
#include "ui/neg-mpr-view.h"
#include "ui/neg-pane.h"
#include "ui/neg-patient-pane.h"
#include "ui/neg-quality-page.h"
#include "ui/neg-quality-pane.h"
#include "ui/neg-report-page.h"
#include "ui/neg-tool-strip.h"
#include "ui/neg-volume-page.h"
#include "ui/neg-worklist-pane.h"

G_BEGIN_DECLS

struct _NegMainWindow {
  GtkApplicationWindow parent_instance;

  NegEnginePool *pool; /* borrowed, nullable */
  GSettings *settings; /* nullable */
  NegKeymap *keymap;
  NegReading *reading;
  NegLoader *loader;
  NegFrameStore *store;
  NegRenderer renderer;
  NegCaptionsLevel captions;
  NegDisplayCurve *curve; /* of the monitor that the window is on; nullable */
  NegTool tool;
  GtkFileChooserNative *chooser; /* while it is open */
  GFile *last_folder; /* where something was last chosen; nullable */
  char *report; /* stays until something else is opened; nullable */
  gboolean report_is_of_screens;
  char *hint;   /* goes by itself; nullable */
  guint hint_source;
  char *home;   /* nullable */
  char **paths; /* what is open; nullable */
  gint64 opened_us;

  /* The screen that comes back */
  NegReadingStore *screens; /* NULL until it is needed */
  gboolean screens_failed, screens_are_damaged, screens_opening;
  const char *run; /* of screens */
  guint save_source, offer_source;
  NegReadingState *offered, *restoring;

  /* Annotations: of screens' store, too */
  NegAnnotations *annotations;
  GHashTable *annotated; /* studies whose operations are loaded */
  GHashTable *unreadable; /* studies whose operations cannot be */
  GHashTable *reports;   /* SOP Instance UIDs of reports whose annotations are there */
  guint n_reported_keys; /* marks that key object selections brought */
  NegMeasurementsPage *measurements;
  NegReportPage *report_page; /* weak */
  struct _NegLearnPage *learn_page; /* weak */
  gboolean is_saving;

  /* The reading list, and what is open of it */
  NegNetwork *network;
  NegTransfers *transfers;
  NegWorklistModel *worklist;
  NegEntry *entry;          /* nullable */
  GHashTable *entry_paths;  /* files of it that the loader has */
  GHashTable *own_paths;    /* of these, those of the study itself when it was last listed; nullable */
  GCancellable *entry_cancellable; /* of what is asked about it; nullable */
  gboolean listing, list_again;
  gboolean is_retrieved; /* all of it has arrived; shown from its beginning when its files are known */
  GPtrArray *priors;        /* NegEntry: the patient's other ones; nullable */
  GPtrArray *open_priors;   /* NegEntry: those that the agent was told of; nullable */
  struct _NegPrefetchRules *prefetch_rules; /* of the site, when they are needed; nullable */
  gint64 relevant;          /* the entry to compare with first; 0: none */
  char *comparing;          /* the study that is compared with when its images are there; nullable */

  /* The technologist's desk */
  NegQualityModel *quality;
  NegQualityPane *quality_list;
  NegQualityPage *quality_page; /* weak */
  gint64 desk_study;      /* what is open was opened from its list: the archive's row; 0 */
  gboolean is_opening_again; /* the same study: what is said of it stays */
  gboolean was_worklist_open; /* before the quality list took its place */

  GHashTable *groups;     /* prefix -> GSimpleActionGroup */
  GtkWindow *frame_times; /* weak; the hidden page */
  NegThumbnails *thumbnails; /* NULL without a pool */

  GtkWidget *question_bar, *continue_button, *dismiss_button;
  GtkLabel *question_label;
  GtkLabel *patient_label, *study_label;
  GtkMenuButton *menu_button, *window_button;
  GtkPaned *outer, *inner;
  GtkBox *center;
  NegPane *patient_pane, *context_pane, *worklist_pane, *quality_pane;
  GtkPaned *left; /* the reading list above the patient */
  int left_least_px, left_most_px; /* where its position may be */
  NegWorklistPane *reading_list;
  NegPatientPane *patients;
  NegContextPane *context;
  NegToolStrip *tool_strip;
  GtkStack *stack;
  GtkLabel *empty_title, *empty_text;
  GtkWidget *open_button;
  GtkWidget *images; /* where the grid is */
  NegGrid *grid;
  NegMprView *mpr_view;      /* in its place; NULL: images are shown */
  NegVolumeReading *volumes; /* of it */
  gboolean mpr_lines_hidden;
  NegVolumePage *volume_page; /* weak */
  GtkLabel *status_label, *renderer_label;
  GtkButton *network_button, *settle_button, *transfers_button, *cache_button, *news_button, *answers_button;
  guint settle_source; /* counts what is to settle */
};

/* The commands of the active viewport: groups "image", "series", "viewport", "view", "tool", "layout". */
void _neg_main_window_add_view_actions (NegMainWindow *self);
void _neg_main_window_update_view_actions (NegMainWindow *self);

/* The grid's again, after another one had the names. */
void _neg_main_window_take_view_actions (NegMainWindow *self);
void _neg_main_window_hint_presets (NegMainWindow *self, guint n); /* how many customary windows there are */

/* The planes of a volume in place of the grid. */
void _neg_main_window_add_volume (NegMainWindow *self);
void _neg_main_window_add_volume_page (NegMainWindow *self);
gboolean _neg_main_window_has_volume (NegMainWindow *self);
gboolean _neg_main_window_has_active_plane (NegMainWindow *self); /* while they are shown; FALSE was said to who works */
NegMprViewport *_neg_main_window_get_plane (NegMainWindow *self); /* the active one, while they are shown */
NegMpr *_neg_main_window_get_mpr (NegMainWindow *self);           /* NULL while they are not */
void _neg_main_window_set_up_planes (NegMainWindow *self);
void _neg_main_window_leave_volume (NegMainWindow *self);  /* to where one was in it; the keys go to the images */
void _neg_main_window_close_volume (NegMainWindow *self);  /* what it was of goes */
void _neg_main_window_show_measured (NegMainWindow *self, const char *uid); /* the plane that an annotation is on */
void _neg_main_window_update_volume (NegMainWindow *self); /* more of it may be there */
void _neg_main_window_take_plane_actions (NegMainWindow *self);
void _neg_main_window_update_plane_actions (NegMainWindow *self);

double _neg_main_window_get_cine_rate_hz (NegMainWindow *self); /* where a file names none */

/* Those of files and of the window itself. */
void _neg_main_window_add_actions (NegMainWindow *self);
GSimpleActionGroup *_neg_main_window_add_group (NegMainWindow *self, const char *prefix, const GActionEntry *entries,
                                                guint n); /* borrowed */
void _neg_main_window_enable (NegMainWindow *self, const char *prefix, const char *name, gboolean enabled);
/* The commands of this window in another one. */
void _neg_main_window_share_actions (NegMainWindow *self, GtkWidget *window);
void _neg_main_window_update_actions (NegMainWindow *self);

/* Patients, details, tools. */
void _neg_main_window_add_panes (NegMainWindow *self);
void _neg_main_window_restore_panes (NegMainWindow *self);

/* The windows that the active image may be seen with, as a menu; given. */
GMenu *_neg_main_window_new_presets_menu (NegMainWindow *self);
/* What can be done with the active viewport, at a point of it. */
void _neg_main_window_popup_menu (NegMainWindow *self, GtkWidget *viewport, double x, double y);

/* Loads @paths in place of what is open; @named: what is kept as having been opened. */
void _neg_main_window_load (NegMainWindow *self, const char *const *named, const char *const *paths);
void _neg_main_window_update_empty_page (NegMainWindow *self);

/* The reading list: its pane, its commands, the network in the status line. */
void _neg_main_window_add_worklist (NegMainWindow *self);
void _neg_main_window_close_worklist (NegMainWindow *self);
void _neg_main_window_add_worklist_actions (NegMainWindow *self);

/* Practice in a window of its own, and the report of who has learned what. */
void _neg_main_window_add_practice (NegMainWindow *self);
/* What was learned goes to the site while the store is there. */
void _neg_main_window_update_progress (NegMainWindow *self);
void _neg_main_window_close_progress (NegMainWindow *self);

/* Feedback, elbow support, news; what is on for some first. */
void _neg_main_window_add_support (NegMainWindow *self);
gboolean _neg_main_window_is_rolled_out (NegMainWindow *self, const char *prefix, const char *name);

/* Invented people, and covers. */
void _neg_main_window_add_privacy (NegMainWindow *self);

void _neg_main_window_show_tags (NegMainWindow *self);
void _neg_main_window_show_difference (NegMainWindow *self); /* of the active image to its version before */ /* of the object in the active viewport */

GtkWindow *_neg_main_window_open_preferences (NegMainWindow *self); /* not shown yet */

/* Studies of the archive. FALSE: @paths name none. */
gboolean _neg_main_window_continue_entry (NegMainWindow *self, const char *const *paths);
void _neg_main_window_open_entry (NegMainWindow *self, const NegEntry *entry);
void _neg_main_window_leave_entry (NegMainWindow *self);
void _neg_main_window_open_prior (NegMainWindow *self, const NegEntry *prior); /* beside what is open */
void _neg_main_window_show_priors (NegMainWindow *self);

/* The technologist's desk: its list, given; its page; both as they were left. */
GtkWidget *_neg_main_window_add_quality (NegMainWindow *self);
void _neg_main_window_add_quality_page (NegMainWindow *self);
void _neg_main_window_follow_quality (NegMainWindow *self);
void _neg_main_window_close_quality (NegMainWindow *self);
void _neg_main_window_update_quality (NegMainWindow *self);  /* another study is open, or none */
/* Somebody mends something: images that come anew do not take the keys. */
gboolean _neg_main_window_is_mending (NegMainWindow *self);
void _neg_main_window_quality_changed (NegMainWindow *self); /* the archive is another one */

/* Which prior answers best to the case, and the way to it. */
void _neg_main_window_choose_relevant (NegMainWindow *self); /* the priors are others */
void _neg_main_window_compare (NegMainWindow *self);
void _neg_main_window_go_on_comparing (NegMainWindow *self); /* more of it may be there */
void _neg_main_window_end_comparing (NegMainWindow *self);
void _neg_main_window_close_comparing (NegMainWindow *self); /* for good */
void _neg_main_window_archive_changed (NegMainWindow *self, const char *const *study_uids);
void _neg_main_window_job_changed (NegMainWindow *self, GVariant *job);
void _neg_main_window_finish_entry (NegMainWindow *self); /* read, and the next unread one */
void _neg_main_window_next_unread (NegMainWindow *self);

void _neg_main_window_choose (NegMainWindow *self, GtkFileChooserAction action);
void _neg_main_window_accept_drops (NegMainWindow *self);

void _neg_main_window_class_init_state (GtkWidgetClass *class);
void _neg_main_window_queue_save (NegMainWindow *self);
void _neg_main_window_close_state (NegMainWindow *self);   /* the window closes as it should */
void _neg_main_window_forget_screen (NegMainWindow *self); /* nothing is shown any more */
void _neg_main_window_restore (NegMainWindow *self);       /* after each neg_reading_update() */
void _neg_main_window_withdraw_offer (NegMainWindow *self);

void _neg_main_window_add_annotations (NegMainWindow *self);
void _neg_main_window_add_report (NegMainWindow *self); /* the page of orders and reports */
/* Of the entry that is open, anew. */
void _neg_main_window_load_case (NegMainWindow *self);
void _neg_main_window_forget_case (NegMainWindow *self);
void _neg_main_window_show_report (NegMainWindow *self);
void _neg_main_window_add_measurements (NegMainWindow *self); /* their page */
void _neg_main_window_set_up_annotations (NegMainWindow *self, NegViewport *viewport); /* a new one */
void _neg_main_window_load_annotations (NegMainWindow *self); /* what is kept of the studies that are open */
void _neg_main_window_undo (NegMainWindow *self, gboolean back);
void _neg_main_window_update_undo (NegMainWindow *self);
void _neg_main_window_close_annotations (NegMainWindow *self);
void _neg_main_window_annotation_failed (NegMainWindow *self, const GError *error); /* it could not be kept */

/* What there is to learn: its page, the topic of what is in hand (F1), what was watched. */
void _neg_main_window_add_learn (NegMainWindow *self);
void _neg_main_window_show_topic (NegMainWindow *self, const char *topic);
void _neg_main_window_update_learn (NegMainWindow *self); /* the database is open */
void _neg_main_window_close_learn (NegMainWindow *self);  /* it goes */
void _neg_main_window_need_store (NegMainWindow *self);   /* it is opened if it is not yet */

/* Demos of this window. */
void _neg_main_window_add_record (NegMainWindow *self);
void _neg_main_window_close_record (NegMainWindow *self);

/* Presentation states, saving, key images. */
void _neg_main_window_add_states_actions (NegMainWindow *self);
void _neg_main_window_take_states_actions (NegMainWindow *self); /* as _neg_main_window_take_view_actions() */
void _neg_main_window_add_states_menu (NegMainWindow *self, GMenu *menu, const NegSeriesFrame *frame);
/* What is not saved of the study is, and @then comes after that; it does not come where saving fails, which is said. */
void _neg_main_window_save_then (NegMainWindow *self, void (*then) (NegMainWindow *));

void _neg_main_window_set_captions (NegMainWindow *self, guint level);
void _neg_main_window_set_up_viewport (NegMainWindow *self, NegViewport *viewport);
void _neg_main_window_follow_settings (NegMainWindow *self);

/* Why a key did nothing: a few seconds in the status line. */
void _neg_main_window_hint (NegMainWindow *self, const char *text);
void _neg_main_window_update_status (NegMainWindow *self);

/* The keys go to the active viewport; where nothing is open to what opens something. */
void _neg_main_window_focus (NegMainWindow *self);
/* After a menu, which gives the focus back to its button as it closes. */
void _neg_main_window_focus_later (NegMainWindow *self);

G_END_DECLS
