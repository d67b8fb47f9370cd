"""The official work breakdown structure of an agency authorization: tasks, rows, import."""
