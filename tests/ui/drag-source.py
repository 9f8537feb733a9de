#!/usr/bin/python3
"""Another program, from whose window the path given can be dragged."""

import sys

import gi

gi.require_version("Gtk", "4.0")
from gi.repository import Gdk, Gio, Gtk  # noqa: E402


def activate(application):
    window = Gtk.ApplicationWindow(application=application, title="DragSource", default_width=100, default_height=100)
    window.set_decorated(False)
    label = Gtk.Label(label="drag me")
    window.set_child(label)
    source = Gtk.DragSource(actions=Gdk.DragAction.COPY)
    files = Gdk.FileList.new_from_list([Gio.File.new_for_path(path) for path in sys.argv[1:]])
    source.set_content(Gdk.ContentProvider.new_for_value(files))
    label.add_controller(source)
    window.present()


def main():
    application = Gtk.Application(application_id="org.negatoscope.DragSource", flags=Gio.ApplicationFlags.NON_UNIQUE)
    application.connect("activate", activate)
    application.run([])


if __name__ == "__main__":
    main()
