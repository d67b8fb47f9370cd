"""Import a test case workbook: SAR Appendix B (SRTM) or SAP Appendix A, of any baseline."""
