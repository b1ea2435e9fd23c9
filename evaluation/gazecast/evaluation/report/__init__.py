"""The accuracy report: `gazecast evaluate --report FOLDER`."""
